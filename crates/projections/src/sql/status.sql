-- $1 log, $2 projections. One row each, also for those that never ran.
select u.projection,
       coalesce(c.position, 0) as position,
       case when c.lease_until > clock_timestamp() then c.holder end as holder,
       c.updated_at,
       b.version, b.built_at, b.previous_position,
       (select count(*) from parked_events p
         where p.projection = u.projection and p.log_id = $1 and p.build = b.build) as parked,
       (select min(p.parked_at) from parked_events p
         where p.projection = u.projection and p.log_id = $1 and p.build = b.build) as oldest_parked_at
  from unnest($2::text[]) with ordinality u(projection, ord)
  left join checkpoints c on c.name = 'projection.' || u.projection and c.log_id = $1
  left join read_model_builds b on b.projection = u.projection and b.log_id = $1
 order by u.ord
