"""Pictures in which a code may be seen: opened within bounds, searched, read as a scan is, and forgotten."""

from qc_service.exchange.pictures.opening import MAX_BYTES, MEDIA_TYPES, Picture, PictureUnreadable
from qc_service.exchange.pictures.searching import SeenCode, codes_in

__all__ = ["MAX_BYTES", "MEDIA_TYPES", "Picture", "PictureUnreadable", "SeenCode", "codes_in"]
