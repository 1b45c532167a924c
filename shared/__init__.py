"""What all services stand on; never imports a service."""
