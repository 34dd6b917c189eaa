"""The first screen: what needs somebody, by deadline."""
