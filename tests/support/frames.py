"""WebSocket frames as a client sends them, right and wrong ones."""

from chatsite.server.framing import unmask


def client_frame(
    payload: bytes, *, first: int = 0x81, key: bytes | None = b"\x01\x02\x03\x04", form: int = 0
) -> bytes:
    """`first` is FIN, RSV and opcode. No `key`: unmasked. `form` 126 or 127 takes the longer form
    of the length where a shorter one would do."""
    length = len(payload)
    if length < 126 and not form:
        header = bytes((first, length))
    elif length < 65536 and form < 127:
        header = bytes((first, 126)) + length.to_bytes(2, "big")
    else:
        header = bytes((first, 127)) + length.to_bytes(8, "big")
    if key is None:
        return header + payload
    return bytes((header[0], header[1] | 0x80)) + header[2:] + key + unmask(payload, key)
