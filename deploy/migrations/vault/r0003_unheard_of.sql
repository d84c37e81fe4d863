set local role vault_owner;
-- Most are for people nobody has heard of: taken as they come they cost a fifth less than where each is first looked for.
create or replace function vault.keys_for(subjects uuid[], audiences text[], classes text[], ids uuid[], candidates bytea[], a_kek text)
returns setof vault.key language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not audiences <@ array(select x.audience from vault.audience x where x.role = session_user) then
    raise exception 'not an audience of this service' using errcode = '42501'; end if;
  begin
    insert into vault.key (id, subject, audience, retention_class, wrapped, kek)
      select u.id, u.subject, u.audience, u.class, u.wrapped, a_kek
      from unnest(ids, subjects, audiences, classes, candidates) as u (id, subject, audience, class, wrapped)
      order by u.subject;
    return;
  exception when unique_violation then  -- somebody is known: theirs stays, and is given
    insert into vault.key (id, subject, audience, retention_class, wrapped, kek)
      select u.id, u.subject, u.audience, u.class, u.wrapped, a_kek
      from unnest(ids, subjects, audiences, classes, candidates) as u (id, subject, audience, class, wrapped)
      order by u.subject on conflict (subject, retention_class) do nothing;
  end;
  return query select k.* from unnest(subjects, audiences, classes) as u (subject, audience, class)
    join vault.key k on k.subject = u.subject and k.retention_class = u.class and k.audience = u.audience;
  if not found then  -- or no row would say that the candidates were taken
    raise exception 'the key of this subject is for another audience' using errcode = '42501'; end if;
end $$;
reset role;
