"""Personal data: masked before it leaves a service, kept only in that service's vault."""
