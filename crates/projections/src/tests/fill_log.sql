-- 500,000 sales straight into the log of a test.
insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, n, 1, now(), gen_random_uuid(), 1, 'sale-' || u.id, 'SaleRecorded',
       format('{"sale_id":"%s","store_id":"loja_%s","register_no":"%s","receipt":{"series":"1","number":"%s"},"occurred_at":"2026-01-31T15:00:00Z","business_date":"2026-01-%s","local_hour":12,"channel":"counter","currency":"BRL","lines":[{"line_id":1,"sku":"cafe_%s","description":"Cafe torrado 500 g","quantity":"%s","unit":"UN","unit_price":"12.34","gross":%s,"line_discount":7,"net":%s}],"payments":[{"method":"%s","code":"01","amount":%s}],"gross_total":%s,"discount_total":7,"total":%s}',
              u.id, n % 25, n % 4, n, lpad((n / 25 % 20 + 1)::text, 2, '0'), n % 120, n % 5 + 1, 1007 + n, 1000 + n,
              (array['cash', 'pix', 'credit_card', 'debit_card'])[n / 500 % 4 + 1], 1000 + n, 1007 + n, 1000 + n)::json,
       '{"actor":{"subject":"till-1"},"source":{"kind":"api"}}'
  from generate_series(1, 500000) n, lateral (select gen_random_uuid() as id where n > 0) u;
update log_head set position = 500000, updated_at = now() where log_id = 1;
analyze events
