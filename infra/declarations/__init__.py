"""What an environment may declare: frozen values that are valid once built. No CDK here, so anyone can read them."""
