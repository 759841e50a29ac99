-- Into the new table of a rebuild, made in the same transaction.
copy daily_sales (log_id, business_date, store_id, method, currency, sales, payments, quantity_e4, gross_minor,
                  discount_minor, total_minor, returns, refund_minor, voids, void_minor, last_position)
from stdin (format binary, freeze)
