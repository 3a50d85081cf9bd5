"""Where everything is put together: builds, starts, watches, and stops in reverse.

`supervisor` runs the processes that `frame.supervise` decides about; ``python -m frame.app NAME`` is
one of them. Only this package and the commands know every room.
"""
