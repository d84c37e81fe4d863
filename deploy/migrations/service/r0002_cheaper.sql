-- Many times fall due at one instant, as at the close of a day: with the id in it, the index gives the first of them without
-- a sort of them all. A name of so many characters at most is 50 us of a regular expression, for each fact; its length apart is 2.
set local role log_owner;
drop index work.timer_calendar_due_at_idx;
create index timer_due on work.timer (calendar, due_at, id) where failed is null;
alter table log.event drop constraint event_stream_check;
alter table log.event add constraint event_stream_check check (stream ~ '^[a-z0-9-]+$' and length(stream) <= 100);
reset role;
