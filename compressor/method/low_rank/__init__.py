"""Methods that replace a matrix by thinner factors."""
