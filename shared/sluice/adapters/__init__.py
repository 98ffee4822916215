"""The only place that knows AWS, ONNX Runtime and PynamoDB; in-memory twins of every port."""
