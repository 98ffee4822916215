"""Which extensions of the Open Inference Protocol are offered, as server metadata names them."""

EXTENSIONS = ("binary_tensor_data", "model_repository", "statistics", "parameters", "sluice_uploads")
