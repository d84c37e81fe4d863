set local role log_owner;
-- Most of a body is shut words, which nothing makes smaller: to try and fail, and to cut it up, was half the cost of an insert.
alter table log.event alter body set storage external;
alter table log.event set (toast_tuple_target = 8160);
-- A name of so many characters at most is 50 us of a regular expression, for each fact; its length apart is 2.
alter table log.event drop constraint event_stream_check;
alter table log.event add constraint event_stream_check check (stream ~ '^[a-z0-9-]+$' and length(stream) <= 100);
-- Many times fall due at one instant, as at the close of a day: with the id in it, the index gives the first without a sort of all.
drop index work.timer_calendar_due_at_idx;
create index timer_due on work.timer (calendar, due_at, id) where failed is null;
reset role;
