-- $1 log, $2 years. The highest number of an entry in each; no row for a year without one. The subselect reads one row of
-- the index.
select y.year, e.number
  from unnest($2::smallint[]) y(year)
 cross join lateral (select j.number
                       from journal_entries j
                      where j.year = y.year and j.log_id = $1
                      order by j.number desc
                      limit 1) e
