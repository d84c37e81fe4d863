set local role bus_owner;
alter table bus.record alter value set storage external;
alter table bus.record set (toast_tuple_target = 8160);
reset role;
