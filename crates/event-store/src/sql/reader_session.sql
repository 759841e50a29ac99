-- Walk the index of the log in order, whatever the statistics say; our statements are too short to compile.
set enable_bitmapscan = off;
set jit = off
