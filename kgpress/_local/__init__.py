"""Parts of :mod:`kgpress.local` that know neither the graph nor a model: places, locks, the daemon."""
