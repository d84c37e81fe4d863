-- The keys of people's parts in cases, wrapped by a key-encryption key that is not here (design 6).
do $$ begin
  if not exists (select from pg_roles where rolname = 'vault_owner') then create role vault_owner nologin; end if;
end $$;
create schema vault authorization vault_owner;
set local role vault_owner;
create table vault.key (
  id uuid primary key, subject uuid not null, audience text not null, retention_class text not null,
  wrapped bytea, kek text not null, created_at timestamptz not null default clock_timestamp(), destroyed_at timestamptz,
  check ((wrapped is null) = (destroyed_at is not null)), unique (subject, retention_class));
create table vault.audience (role text, audience text, primary key (role, audience));
insert into vault.audience values
  ('intake', 'adult'), ('intake', 'referrer'), ('intake', 'source-of-risk'), ('intake', 'document'),
  ('triage', 'adult'), ('triage', 'referrer'), ('triage', 'source-of-risk'),
  ('enquiry', 'adult');
-- One key of each service, for the fingerprints of requests: they outlive any person's key.
create table vault.service_key (role text primary key, wrapped bytea not null, kek text not null);

create function vault.allowed(a_audience text) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as
  $$ select exists (select from vault.audience a where a.role = session_user and a.audience = a_audience) $$;

-- Makes keys, of the caller's candidates, for subjects that have none. No row: all were taken as they are.
create function vault.keys_for(subjects uuid[], audiences text[], classes text[], ids uuid[], candidates bytea[], a_kek text)
returns setof vault.key language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare taken int;
begin
  if exists (select from unnest(audiences) a where not exists (
      select from vault.audience x where x.role = session_user and x.audience = a)) then
    raise exception 'not an audience of this service' using errcode = '42501'; end if;
  insert into vault.key (id, subject, audience, retention_class, wrapped, kek)
    select u.id, u.subject, u.audience, u.class, u.wrapped, a_kek
    from unnest(ids, subjects, audiences, classes, candidates) as u (id, subject, audience, class, wrapped)
    order by u.subject on conflict (subject, retention_class) do nothing;
  get diagnostics taken = row_count;
  if taken < cardinality(ids) then
    return query select k.* from unnest(subjects, audiences, classes) as u (subject, audience, class)
      join vault.key k on k.subject = u.subject and k.retention_class = u.class and k.audience = u.audience;
    if not found then  -- or no row would say that the candidates were taken
      raise exception 'the key of this subject is for another audience' using errcode = '42501'; end if; end if;
end $$;
create function vault.keys(ids uuid[]) returns setof vault.key language sql stable security definer set search_path = pg_catalog, pg_temp as
  $$ select k.* from vault.key k where k.id = any (ids) and vault.allowed(k.audience) $$;
create function vault.missing(ids uuid[]) returns setof uuid language sql stable security definer set search_path = pg_catalog, pg_temp as
  $$ select i from unnest(ids) i where not exists (select from vault.key k where k.id = i) $$;
create function vault.fingerprint_key(candidate bytea, a_kek text) returns setof vault.service_key language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
begin
  insert into vault.service_key values (session_user, candidate, a_kek) on conflict do nothing;
  return query select s.* from vault.service_key s where s.role = session_user;
end $$;
revoke all on all functions in schema vault from public;
reset role;
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
-- each role
do $$ begin execute format('grant connect on database %I to {role}', current_database()); end $$;
grant usage on schema vault to {role};
grant execute on function vault.keys_for, vault.keys, vault.missing, vault.fingerprint_key to {role};
