-- Some came along with an earlier range.
insert into claims (key, log_id, holder) select key, log_id, holder from arriving_claims
    on conflict (key, log_id) do nothing
