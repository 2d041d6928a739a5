"""The sheets for other programs: an edge. What is asked, what is answered, over HTTP and MCP."""
