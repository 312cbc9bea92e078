"""From trained weights to one ONNX file that needs nothing else (needs the `export` extra)."""

from m2fp.export.onnx_file import export_checkpoint, export_converted, export_model

__all__ = ["export_checkpoint", "export_converted", "export_model"]
