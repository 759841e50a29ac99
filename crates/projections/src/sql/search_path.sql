-- Where the statements find the live tables.
select current_setting('search_path') as path
