"""What a clip says about itself: that it is an animated photograph, and how it was made.

The words go where players show them (MP4 title and comment) and the machine-readable claim where
sharing services look for it: an XMP packet with IPTC's `DigitalSourceType`. Nothing of the photo's
own metadata is ever copied, so neither a place nor a name can leak through here.
"""

from __future__ import annotations

import struct
import uuid
from xml.sax.saxutils import escape

COMMENT = (
    "Animated photograph: a still photo whose movement was added by a computer (Wakeframe). "
    "Nobody was filmed."
)

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's code for a picture most of which was captured, composed with parts that came out of trained
models: here closed lids, smile creases and what a turning head uncovers. The milder
``algorithmicallyEnhanced`` is for corrections that leave the content alone and would hide that the
person never made these movements; ``trainedAlgorithmicMedia`` would deny that the photo is real."""

XMP_BOX = uuid.UUID("be7acfcb-97a9-42e8-9c71-999491e3afac")
"""The box type that Adobe's XMP specification, part 3, reserves for XMP in MP4 files."""

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>Wakeframe</xmp:CreatorTool>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{comment}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def clip_title(title: str) -> str:
    """The title that players show; `title` is the caller's own, or empty."""
    return f"{title} (animated photograph)" if title else "Animated photograph"


def xmp_box(title: str) -> bytes:
    """A whole top-level ``uuid`` box. Appended at the end of a file it moves no other offset."""
    packet = _PACKET.format(
        source=SOURCE_TYPE, title=_xml(clip_title(title)), comment=_xml(COMMENT)
    ).encode()
    return struct.pack(">I4s", 24 + len(packet), b"uuid") + XMP_BOX.bytes + packet


def _xml(text: str) -> str:
    """Text that cannot break the packet: control characters are not allowed in XML 1.0 at all."""
    return escape("".join(c for c in text if c.isprintable()))
