"""How a prediction is asked for and answered: tensors, the OIP codec, the model port. Pure."""
