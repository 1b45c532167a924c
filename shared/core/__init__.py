"""The pure core that all deciders share."""
