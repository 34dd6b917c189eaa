"""What staff say in their own words, in each page language side by side."""
