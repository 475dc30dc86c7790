"""What makes the models in onnx_models/. Nothing in gateway/ imports it; it may need torch and the data sets."""
