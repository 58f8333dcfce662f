"""What a plug-in for archguard looks like."""
