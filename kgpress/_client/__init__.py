"""Parts of :mod:`kgpress.client`, which re-exports what is public."""
