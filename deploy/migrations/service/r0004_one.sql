set local role log_owner;
-- Until commit nobody else appends; each statement after it sees all that was committed before.
create or replace function log.turn() returns void language plpgsql as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' or current_setting('synchronous_commit') not in ('on', 'remote_apply') then
    raise exception 'append needs read committed and synchronous_commit = on' using errcode = '25000'; end if;
  perform pg_advisory_xact_lock(8112, 1);
end $$;

-- A request alone, as most come, has a function of its own: what it is told once is no array.
create or replace function log.append_one(
  a_command uuid, a_fingerprint bytea, a_case uuid, a_stream text, expected int,
  types text[], public boolean[], bodies bytea[], effective timestamptz[])  -- one a fact
returns log.outcome language plpgsql security definer set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare e log.event; o log.outcome; prev bytea; past bytea; clock timestamptz; told int := 0; m int := cardinality(types); made log.event[] := '{}';
begin
  if expected is null or array_position(public, null) is not null or m = 0
     or (cardinality(public), cardinality(bodies), cardinality(effective)) <> (m, m, m) then
    raise exception 'append: arrays disagree' using errcode = '22023'; end if;
  perform log.turn();
  select t.stream, t.version, t.position, t.fingerprint into o.stream, o.version, o.position, past
    from log.event t where t.command = a_command order by t.ordinal desc limit 1;
  if found then  -- a known command: its first outcome
    o.status := case when past is not distinct from a_fingerprint then 'duplicate' else 'reused' end;
    return o; end if;
  o := row('ok', a_stream, coalesce((select t.version from log.event t where t.stream = a_stream order by t.version desc limit 1), 0), null);
  if o.version <> expected then
    o.status := 'conflict'; return o; end if;
  if o.version > 0 then told := coalesce((select t.said from log.event t
    where t.stream = a_stream and t.said is not null order by t.version desc limit 1), 0); end if;
  select t.position, t.recorded_at, t.hash into e.position, e.recorded_at, e.hash from log.event t order by t.position desc limit 1;
  e.position := coalesce(e.position, 0); e.hash := coalesce(e.hash, decode(repeat('00', 32), 'hex'));
  clock := log.now();
  if e.recorded_at > clock + interval '5 minutes' then  -- the clock was put back: say so
    prev := e.hash;
    e := row(e.position + 1, '00000000-0000-0000-0000-000000000000', 'log-clock',
      1 + (select count(*) from log.event t where t.stream = 'log-clock'), null, gen_random_uuid(), 0, null, 'log.clock-stepped/1',
      convert_to(json_build_object(
        'actor', 'log', 'role', 'log', 'purpose', 'record', 'correlation', a_command,
        'fact', json_build_object('was', e.recorded_at, 'became', clock))::text, 'UTF8'), clock, clock, null)::log.event;
    e.hash := log.digest(prev, e); made := made || e; end if;
  for i in 1 .. m loop
    o.version := o.version + 1; o.position := e.position + 1;
    if public[i] then told := told + 1; end if;
    prev := e.hash;
    e := row(o.position, a_case, a_stream, o.version, case when public[i] then told end,
      a_command, i - 1, a_fingerprint, types[i], bodies[i], effective[i], greatest(clock, e.recorded_at), null)::log.event;
    e.hash := log.digest(prev, e); made := made || e;
  end loop;
  insert into log.event select * from unnest(made);
  return o;  -- version and position of its last fact
end $$;

create or replace function log.append(
  commands uuid[], fingerprints bytea[], cases uuid[], streams text[], expected int[], counts int[],  -- one a request
  types text[], public boolean[], bodies bytea[], effective timestamptz[])  -- one a fact, in that order
returns setof log.outcome language plpgsql security definer set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare e log.event; prev bytea; clock timestamptz; n int := cardinality(commands); m int := cardinality(types); f int := 0;
  head bigint; stamp timestamptz; done log.outcome[]; tolds int[]; made log.event[] := '{}'; apart boolean := false;
begin
  if array_position(expected, null) is not null or array_position(public, null) is not null
     or (select count(*) filter (where c > 0) <> n or sum(c) <> m from unnest(counts) c)
     or (cardinality(fingerprints), cardinality(cases), cardinality(streams), cardinality(expected), cardinality(counts)) <> (n, n, n, n, n)
     or (cardinality(public), cardinality(bodies), cardinality(effective)) <> (m, m, m) then
    raise exception 'append: arrays disagree' using errcode = '22023'; end if;
  if n > 3 then
    perform log.turn();
    select t.position, t.recorded_at, t.hash into e.position, e.recorded_at, e.hash from log.event t order by t.position desc limit 1;
    e.position := coalesce(e.position, 0); e.hash := coalesce(e.hash, decode(repeat('00', 32), 'hex')); clock := log.now();
    apart := (e.recorded_at is null or e.recorded_at <= clock + interval '5 minutes')
      and (select count(distinct c) = n from unnest(commands) c) and (select count(distinct s) = n from unnest(streams) s); end if;
  if apart then
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
  for r in 1 .. n loop  -- a conflict of one is its own: the rest of the group goes on
    return next log.append_one(commands[r], fingerprints[r], cases[r], streams[r], expected[r],
      types[f + 1 : f + counts[r]], public[f + 1 : f + counts[r]], bodies[f + 1 : f + counts[r]], effective[f + 1 : f + counts[r]]);
    f := f + counts[r];
  end loop;
end $$;
revoke all on function log.turn, log.append_one from public;
reset role;
-- each role
grant execute on function log.append_one to {role};
