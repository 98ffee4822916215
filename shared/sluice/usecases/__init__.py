"""One verb per file, one public function per file; ports come in as keyword arguments."""
