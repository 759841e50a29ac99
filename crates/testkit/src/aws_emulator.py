"""Runs ministack until standard input ends, which it does with the process that started it, however that ends.

A line there says what AWS itself does to its services and lets nobody ask for: "rotate POOL" gives a user pool new keys.
"""

import os
import sys
import threading


def obey_and_end_with_parent():
    for line in sys.stdin:
        if line.startswith("rotate "):
            from ministack.services import cognito

            pool = line.split()[1]
            with cognito._pool_keys_lock:
                cognito._drop_pool_keys(pool)
    os._exit(0)


threading.Thread(target=obey_and_end_with_parent, daemon=True).start()

from ministack.app import main  # noqa: E402

sys.argv = ["ministack"]
main()
