-- Many times fall due at one instant, as at the close of a day: with the id in it, the index gives the first of them without
-- a sort of them all.
set local role log_owner;
drop index work.timer_calendar_due_at_idx;
create index timer_due on work.timer (calendar, due_at, id) where failed is null;
reset role;
