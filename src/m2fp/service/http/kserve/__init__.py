"""KServe's Open Inference Protocol, version 2, over HTTP.

One input, an encoded picture; outputs are the two label maps and the table of segments. Errors are
problem documents which also have the `error` that the protocol asks for.
"""
