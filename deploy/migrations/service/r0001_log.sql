-- The log of one service (design 3), what its loops remember (design 4 and 5), and a room for its
-- projections. The service's role owns nothing: it reads, and executes the functions below.
do $$ begin
  if not exists (select from pg_roles where rolname = 'log_owner') then create role log_owner nologin; end if;
  if not exists (select from pg_roles where rolname = 'projection_owner') then create role projection_owner nologin; end if;
end $$;
create schema log authorization log_owner;
create schema work authorization log_owner;
create schema projection authorization projection_owner;
set local role log_owner;

create table log.event (
  position bigint primary key check (position > 0), case_id uuid not null,
  stream text not null check (stream ~ '^[a-z0-9-]{1,100}$'), version int not null check (version > 0), said int check (said > 0),
  command uuid not null, ordinal smallint not null, fingerprint bytea check (octet_length(fingerprint) = 32),
  type text not null check (type ~ '^[a-z0-9-]+\.[a-z0-9-]+/[0-9]+$'), body bytea not null,
  effective_at timestamptz not null check (isfinite(effective_at)), recorded_at timestamptz not null, hash bytea not null,
  unique (stream, version), unique (command, ordinal));
create index on log.event (case_id, position);
create table log.epoch (epoch int primary key, starts_after bigint not null, clock text not null check (clock in ('real', 'simulated')));
create table log.simulated (one boolean primary key default true check (one), now timestamptz not null);
create type log.outcome as (status text, stream text, version int, position bigint);

create function log.forbid() returns trigger language plpgsql as
  $$ begin raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = '42501'; end $$;
create trigger immutable before update or delete or truncate on log.event for each statement execute function log.forbid();
create trigger immutable before update or delete or truncate on log.epoch for each statement execute function log.forbid();
alter table log.event enable always trigger immutable;
alter table log.epoch enable always trigger immutable;

-- The first epoch decides: an installation is real or simulated for ever.
create function log.clock() returns text language sql stable security definer set search_path = pg_catalog, pg_temp as
  $$ select e.clock from log.epoch e order by e.epoch limit 1 $$;
create function log.now() returns timestamptz language sql volatile security definer set search_path = pg_catalog, pg_temp as
  $$ select case log.clock() when 'simulated' then (select s.now from log.simulated s) else clock_timestamp() end $$;
create function log.advance(a_to timestamptz) returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare stands timestamptz;
begin
  if log.clock() <> 'simulated' then raise exception 'a real installation has a real clock' using errcode = '55000'; end if;
  update log.simulated s set now = greatest(s.now, a_to) returning s.now into stands;
  return stands;
end $$;

create function log.digest(prev bytea, e log.event) returns bytea language sql stable as $$
  select sha256(prev || int8send(e.position) || uuid_send(e.case_id) || int4send(e.version) || int4send(coalesce(e.said, 0))
    || uuid_send(e.command) || int2send(e.ordinal) || timestamptz_send(e.effective_at) || timestamptz_send(e.recorded_at)
    || sha256(convert_to(e.stream, 'UTF8')) || sha256(convert_to(e.type, 'UTF8')) || sha256(coalesce(e.fingerprint, '')) || sha256(e.body)) $$;

create function log.append(
  commands uuid[], fingerprints bytea[], cases uuid[], streams text[], expected int[], counts int[],  -- one a request
  types text[], public boolean[], bodies bytea[], effective timestamptz[])  -- one a fact, in that order
returns setof log.outcome language plpgsql security definer set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare e log.event; o log.outcome; prev bytea; past bytea; clock timestamptz; told int; n int := cardinality(commands); m int := cardinality(types); f int := 0;
  head bigint; stamp timestamptz; done log.outcome[]; tolds int[]; made log.event[] := '{}';
begin
  if current_setting('transaction_isolation') <> 'read committed' or current_setting('synchronous_commit') not in ('on', 'remote_apply') then
    raise exception 'append needs read committed and synchronous_commit = on' using errcode = '25000'; end if;
  if array_position(expected, null) is not null or array_position(public, null) is not null
     or (select count(*) filter (where c > 0) <> n or sum(c) <> m from unnest(counts) c)
     or (cardinality(fingerprints), cardinality(cases), cardinality(streams), cardinality(expected), cardinality(counts)) <> (n, n, n, n, n)
     or (cardinality(public), cardinality(bodies), cardinality(effective)) <> (m, m, m) then
    raise exception 'append: arrays disagree' using errcode = '22023'; end if;
  -- Until commit; each statement after it sees all that was committed before.
  perform pg_advisory_xact_lock(8112, 1);
  select t.position, t.recorded_at, t.hash into e.position, e.recorded_at, e.hash from log.event t order by t.position desc limit 1;
  e.position := coalesce(e.position, 0); e.hash := coalesce(e.hash, decode(repeat('00', 32), 'hex')); clock := log.now();
  if n > 3 and (e.recorded_at is null or e.recorded_at <= clock + interval '5 minutes')
     and (select count(distinct c) = n from unnest(commands) c) and (select count(distinct s) = n from unnest(streams) s) then
    -- Many, none of which touches another: the same set by set, which costs a half. Only the chain goes one by one.
    head := e.position; stamp := greatest(clock, e.recorded_at); prev := e.hash;
    select array_agg(case when k.version is not null
        then row(case when k.fingerprint is not distinct from a.fingerprint then 'duplicate' else 'reused' end, k.stream, k.version, k.position)::log.outcome
        else row(case when coalesce(v.version, 0) = a.version then 'ok' else 'conflict' end, a.stream, coalesce(v.version, 0), null)::log.outcome end order by a.r),
      array_agg(coalesce(s.said, 0) order by a.r) into done, tolds
    from unnest(commands, fingerprints, streams, expected) with ordinality as a (command, fingerprint, stream, version, r)
      left join lateral (select t.stream, t.version, t.position, t.fingerprint from log.event t where t.command = a.command order by t.ordinal desc limit 1) k on true
      left join lateral (select t.version from log.event t where t.stream = a.stream order by t.version desc limit 1) v on true
      left join lateral (select t.said from log.event t where v.version > 0 and t.stream = a.stream and t.said is not null order by t.version desc limit 1) s on true;
    for e in
      select head + row_number() over (order by b.f), a.case_id, a.stream, a.version + row_number() over w,
        case when b.public then a.told + count(*) filter (where b.public) over w end, a.command, row_number() over w - 1, a.fingerprint,
        b.type, b.body, b.effective_at, stamp, null
      from unnest(commands, fingerprints, cases, streams, expected, done, tolds)
          with ordinality as a (command, fingerprint, case_id, stream, version, status, s, v, p, told, r)
        join unnest((select array_agg(c.r order by c.r) from unnest(counts) with ordinality c (k, r), generate_series(1, c.k)), types, public, bodies, effective)
          with ordinality as b (r, type, public, body, effective_at, f) on b.r = a.r
      where a.status = 'ok' window w as (partition by a.r order by b.f) order by b.f
    loop
      prev := log.digest(prev, e); e.hash := prev; made := made || e;
    end loop;
    insert into log.event select * from unnest(made);
    return query select a.status, a.stream, case a.status when 'ok' then a.version + counts[a.r] else a.version end,
      case a.status when 'ok' then head + sum(counts[a.r]) filter (where a.status = 'ok') over (order by a.r) else a.position end
      from unnest(done) with ordinality as a (status, stream, version, position, r) order by a.r;
    return; end if;
  for r in 1 .. n loop
    select t.stream, t.version, t.position, t.fingerprint into o.stream, o.version, o.position, past
      from log.event t where t.command = commands[r] order by t.ordinal desc limit 1;
    if found then  -- a known command: its first outcome
      o.status := case when past is not distinct from fingerprints[r] then 'duplicate' else 'reused' end;
      return next o; f := f + counts[r]; continue; end if;
    o := row('ok', streams[r], coalesce((select t.version from log.event t where t.stream = streams[r] order by t.version desc limit 1), 0), null);
    if o.version <> expected[r] then  -- the rest of the group goes on
      o.status := 'conflict'; return next o; f := f + counts[r]; continue; end if;
    told := case o.version when 0 then 0 else coalesce((select t.said from log.event t
      where t.stream = streams[r] and t.said is not null order by t.version desc limit 1), 0) end;
    for i in 1 .. counts[r] loop
      f := f + 1;
      if e.recorded_at > clock + interval '5 minutes' then  -- the clock was put back: say so
        prev := e.hash;
        e := row(e.position + 1, '00000000-0000-0000-0000-000000000000', 'log-clock',
          1 + (select count(*) from log.event t where t.stream = 'log-clock'), null, gen_random_uuid(), 0, null, 'log.clock-stepped/1',
          convert_to(json_build_object(
            'actor', 'log', 'role', 'log', 'purpose', 'record', 'correlation', commands[r],
            'fact', json_build_object('was', e.recorded_at, 'became', clock))::text, 'UTF8'), clock, clock, null)::log.event;
        e.hash := log.digest(prev, e); insert into log.event select e.*; end if;
      o.version := o.version + 1; o.position := e.position + 1;
      if public[f] then told := told + 1; end if;
      prev := e.hash;
      e := row(o.position, cases[r], streams[r], o.version, case when public[f] then told end,
        commands[r], i - 1, fingerprints[r], types[f], bodies[f], effective[f], greatest(clock, e.recorded_at), null)::log.event;
      e.hash := log.digest(prev, e); insert into log.event select e.*;
    end loop;
    return next o;  -- version and position of its last fact
  end loop;
end $$;

-- Hot reads are functions without sequential scans: a plan prepared on a small table kept its scan as the table grew.
create function log.load(a_stream text, a_command uuid) returns setof log.event language plpgsql stable
  set search_path = pg_catalog, pg_temp set enable_seqscan = off as
  $$ begin  -- the stream's history; then what the command recorded elsewhere
    return query select e.* from log.event e where e.stream = a_stream order by e.version;
    if a_command is not null then
      return query select e.* from log.event e where e.command = a_command and e.stream <> a_stream order by e.ordinal; end if;
  end $$;
create function log.read(after bigint, most int) returns setof log.event language plpgsql stable
  set search_path = pg_catalog, pg_temp set enable_seqscan = off as
  $$ begin return query select e.* from log.event e where e.position > after order by e.position limit most; end $$;
create function log.verify(after bigint default 0) returns table (bad bigint, why text)  -- no row: sound
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select w.due, case when w.position = w.due then 'changed' else 'missing' end
  from (select e.position, after + row_number() over o as due, e.hash, log.digest(coalesce(lag(e.hash) over o,
            (select p.hash from log.event p where p.position = after), decode(repeat('00', 32), 'hex')), e) as sum
        from log.event e where e.position > after window o as (order by e.position)) w
  where w.position <> w.due or w.hash is distinct from w.sum order by w.position limit 1 $$;
create view log.readable as select e.*, convert_from(e.body, 'UTF8')::jsonb as text from log.event e;

-- What the loops remember: rebuilt or caught up from log and bus, so the service's role may write it.
create table work.relay (one boolean primary key default true check (one), position bigint not null, hash bytea not null);
create table work.place (topic text, part int, next bigint not null, epoch int, position bigint, loghash bytea, primary key (topic, part));
create table work.heard (source text, stream text, said int not null check (said >= 0), gap_since timestamptz, primary key (source, stream));
create index on work.heard (gap_since) where gap_since is not null;
create table work.blocked (
  topic text, case_id uuid, part int not null, next bigint not null, reason text not null, error text not null,
  correlation uuid, since timestamptz not null, wanted text check (wanted in ('retry', 'discard')), primary key (topic, case_id));
-- One consumer a service: what an operator wants of a block is done by the one that owns the places.
create index on work.blocked (correlation);
create table work.projection (
  name text primary key, position bigint not null default 0, ready boolean not null default false);
create table work.timer (
  calendar text, id uuid, case_id uuid not null, stream text not null, kind text not null, due_at timestamptz not null,
  correlation uuid not null, failed text, primary key (calendar, id));
create index on work.timer (calendar, due_at) where failed is null;
create index on work.timer (calendar, stream);
create table work.stale (projection text, case_id uuid, position bigint not null, error text not null, since timestamptz not null, primary key (projection, case_id));

insert into log.epoch values (1, 0, '{clock}');
insert into log.simulated select true, '2023-04-01T00:00:00Z' where '{clock}' = 'simulated';
revoke all on all functions in schema log from public;
reset role;
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
-- each role
do $$ begin execute format('grant connect on database %I to {role}', current_database()); end $$;
grant usage on schema log, work, projection to {role};
grant select on log.event, log.epoch, log.readable to {role};
grant execute on function log.append, log.load, log.read, log.verify, log.clock, log.now, log.advance to {role};
grant select, insert, update, delete on all tables in schema work to {role};
-- It makes projection tables as their owner, but does not inherit what the owner may do.
grant projection_owner to {role} with inherit false, set true;
alter default privileges for role projection_owner in schema projection grant select, insert, update, delete, truncate on tables to {role};
