-- The bus of one machine: what a topic of Kafka would hold, for the same four-method port (design 4).
do $$ begin
  if not exists (select from pg_roles where rolname = 'bus_owner') then create role bus_owner nologin; end if;
end $$;
create schema bus authorization bus_owner;
set local role bus_owner;
create table bus.topic (name text primary key, parts int not null check (parts > 0));
create table bus.record (
  topic text not null references bus.topic, part int not null, off bigint not null, key text not null,
  header_names text[] not null, header_values bytea[] not null, value bytea not null,
  at timestamptz not null default clock_timestamp(), primary key (topic, part, off));

create function bus.ensure(a_name text, a_parts int) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare stands int;
begin
  insert into bus.topic values (a_name, a_parts) on conflict do nothing;
  select t.parts into stands from bus.topic t where t.name = a_name;
  return stands;
end $$;

-- A context speaks on its own topic only; one lock a topic, in order; the system's only NOTIFY.
create function bus.publish(topics text[], parts int[], keys text[], counts int[], names text[], contents bytea[], bodies bytea[])
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare t text; h int := 1; n int := cardinality(topics);
begin
  if (cardinality(parts), cardinality(keys), cardinality(counts), cardinality(bodies)) <> (n, n, n, n) then
    raise exception 'publish: arrays disagree' using errcode = '22023'; end if;
  for t in select distinct u from unnest(topics) u order by u loop
    if split_part(t, '.', 3) <> session_user and not (select rolsuper from pg_roles where rolname = session_user) then
      raise exception 'this topic is another context''s' using errcode = '42501'; end if;
    perform pg_advisory_xact_lock(8120, hashtext(t));
  end loop;
  for r in 1 .. n loop
    insert into bus.record (topic, part, off, key, header_names, header_values, value)
      values (topics[r], parts[r],
        1 + coalesce((select b.off from bus.record b where b.topic = topics[r] and b.part = parts[r] order by b.off desc limit 1), -1),
        keys[r], names[h : h + counts[r] - 1], contents[h : h + counts[r] - 1], bodies[r]);
    h := h + counts[r];
  end loop;
  perform pg_notify('bus', '');
end $$;

-- From each partition as many as fairly fit: a busy one starves no other.
create function bus.fetch(topics text[], parts int[], froms bigint[], most int) returns setof bus.record language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  return query select r.* from unnest(topics, parts, froms) as f (topic, part, start)
    cross join lateral (select b.* from bus.record b where b.topic = f.topic and b.part = f.part and b.off >= f.start
      order by b.off limit greatest(1, most / greatest(1, cardinality(topics)))) r;
end $$;

create function bus.ends(a_topics text[]) returns table (topic text, part int, next bigint) language sql stable security definer
  set search_path = pg_catalog, pg_temp as $$
  select t.name, p, 1 + coalesce((select b.off from bus.record b where b.topic = t.name and b.part = p order by b.off desc limit 1), -1)
  from bus.topic t, generate_series(0, t.parts - 1) p where t.name = any (a_topics) $$;
revoke all on all functions in schema bus from public;
reset role;
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
-- each role
do $$ begin execute format('grant connect on database %I to {role}', current_database()); end $$;
grant usage on schema bus to {role};
grant select on bus.topic, bus.record to {role};
grant execute on function bus.ensure, bus.publish, bus.fetch, bus.ends to {role};
