set local role log_owner;
-- A request alone, as most come, costs a fifth less: what only many need is asked only of many, and its facts go in one insert,
-- since each insert reads and prepares the table's checks anew.
create or replace function log.append(
  commands uuid[], fingerprints bytea[], cases uuid[], streams text[], expected int[], counts int[],  -- one a request
  types text[], public boolean[], bodies bytea[], effective timestamptz[])  -- one a fact, in that order
returns setof log.outcome language plpgsql security definer set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare e log.event; o log.outcome; prev bytea; past bytea; clock timestamptz; told int; n int := cardinality(commands); m int := cardinality(types); rest int := m; f int := 0;
  head bigint; stamp timestamptz; done log.outcome[]; tolds int[]; made log.event[] := '{}'; apart boolean := false; k int;
begin
  if current_setting('transaction_isolation') <> 'read committed' or current_setting('synchronous_commit') not in ('on', 'remote_apply') then
    raise exception 'append needs read committed and synchronous_commit = on' using errcode = '25000'; end if;
  foreach k in array counts loop rest := rest - k; end loop;
  if array_position(expected, null) is not null or array_position(public, null) is not null
     or array_position(counts, null) is not null or 0 >= any (counts) or rest <> 0
     or (cardinality(fingerprints), cardinality(cases), cardinality(streams), cardinality(expected), cardinality(counts)) <> (n, n, n, n, n)
     or (cardinality(public), cardinality(bodies), cardinality(effective)) <> (m, m, m) then
    raise exception 'append: arrays disagree' using errcode = '22023'; end if;
  -- Until commit; each statement after it sees all that was committed before.
  perform pg_advisory_xact_lock(8112, 1);
  select t.position, t.recorded_at, t.hash into e.position, e.recorded_at, e.hash from log.event t order by t.position desc limit 1;
  e.position := coalesce(e.position, 0); e.hash := coalesce(e.hash, decode(repeat('00', 32), 'hex')); clock := log.now();
  if n > 3 then apart := (e.recorded_at is null or e.recorded_at <= clock + interval '5 minutes')
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
  for r in 1 .. n loop
    select t.stream, t.version, t.position, t.fingerprint into o.stream, o.version, o.position, past
      from log.event t where t.command = commands[r] order by t.ordinal desc limit 1;
    if found then  -- a known command: its first outcome
      o.status := case when past is not distinct from fingerprints[r] then 'duplicate' else 'reused' end;
      return next o; f := f + counts[r]; continue; end if;
    o := row('ok', streams[r], coalesce((select t.version from log.event t where t.stream = streams[r] order by t.version desc limit 1), 0), null);
    if o.version <> expected[r] then  -- the rest of the group goes on
      o.status := 'conflict'; return next o; f := f + counts[r]; continue; end if;
    told := 0;
    if o.version > 0 then told := coalesce((select t.said from log.event t
      where t.stream = streams[r] and t.said is not null order by t.version desc limit 1), 0); end if;
    for i in 1 .. counts[r] loop
      f := f + 1;
      if e.recorded_at > clock + interval '5 minutes' then  -- the clock was put back: say so
        prev := e.hash;
        e := row(e.position + 1, '00000000-0000-0000-0000-000000000000', 'log-clock',
          1 + (select count(*) from log.event t where t.stream = 'log-clock'), null, gen_random_uuid(), 0, null, 'log.clock-stepped/1',
          convert_to(json_build_object(
            'actor', 'log', 'role', 'log', 'purpose', 'record', 'correlation', commands[r],
            'fact', json_build_object('was', e.recorded_at, 'became', clock))::text, 'UTF8'), clock, clock, null)::log.event;
        e.hash := log.digest(prev, e); made := made || e; end if;
      o.version := o.version + 1; o.position := e.position + 1;
      if public[f] then told := told + 1; end if;
      prev := e.hash;
      e := row(o.position, cases[r], streams[r], o.version, case when public[f] then told end,
        commands[r], i - 1, fingerprints[r], types[f], bodies[f], effective[f], greatest(clock, e.recorded_at), null)::log.event;
      e.hash := log.digest(prev, e); made := made || e;
    end loop;
    insert into log.event select * from unnest(made);
    made := '{}';
    return next o;  -- version and position of its last fact
  end loop;
end $$;
reset role;
