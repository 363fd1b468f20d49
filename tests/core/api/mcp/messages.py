"""Messages of the Model Context Protocol."""

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


def message(method, params=None, *, number=1, modern=True):
    given = {**(params or {}), **({"_meta": META} if modern else {})}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": given}
