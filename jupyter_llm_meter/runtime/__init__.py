"""Problems, background work and file locks that the other packages share."""
