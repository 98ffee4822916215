"""What is deployed besides the template: layers of third-party code and the functions' own, built without Docker."""
