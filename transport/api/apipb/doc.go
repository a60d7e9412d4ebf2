// Package apipb holds the schema of the operators' API.
package apipb
