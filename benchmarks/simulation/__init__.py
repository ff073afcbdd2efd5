"""An event-driven simulation of a site: workers, PostgreSQL, Redis, a load balancer and people."""
