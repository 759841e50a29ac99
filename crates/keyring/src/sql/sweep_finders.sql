-- As sweep_keys.sql: the digests of tax numbers.
vacuum (full) subject_finders
