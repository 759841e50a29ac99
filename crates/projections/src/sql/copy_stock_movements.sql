-- Into the new table of a rebuild, made in the same transaction.
copy stock_movements (log_id, store_id, sku, position, version, occurred_at, recorded_at, business_date, latest_date,
                      quantity_e4, value_minor, settled_minor, balance_e4, balance_minor, kind, document, currency,
                      provisional, estimated)
from stdin (format binary, freeze)
