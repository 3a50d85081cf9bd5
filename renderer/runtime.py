"""onnxruntime, told to keep quiet: nothing else of ours may import it.

From 1.29 on its wheels report their use to their maker (who, on which machine, which networks) and keep
an identity of the machine in ``~/.cache/Microsoft``. What switches that off is read once, while the
library loads, so it is set here, before the import, whatever the environment says; `bench.silence`
hears whether it holds.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
