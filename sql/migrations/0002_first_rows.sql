-- What every database has from its first minute: who it is, and a journal that starts at 0.
insert into instance (id) values (replace(gen_random_uuid()::text, '-', ''));
insert into journal_head (seq, floor, epoch) values (0, 0, replace(gen_random_uuid()::text, '-', ''));
