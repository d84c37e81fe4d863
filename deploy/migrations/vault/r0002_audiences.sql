-- Two services more: dols keeps words of the people in a request, notify the signing secrets of partners.
set local role vault_owner;
insert into vault.audience values
  ('dols', 'adult'), ('dols', 'document'), ('dols', 'referrer'), ('notify', 'partner');
reset role;
