// GET /constant/ and GET /foods/?limit=&offset= of the same table that our server has made, as the
// documentation of Fastify and better-sqlite3 has it: response schemas, prepared statements, no logger.
import Database from 'better-sqlite3'
import Fastify from 'fastify'

const app = Fastify({ logger: false })

const constant = '.'.repeat(1880)
app.get('/constant/', {
  schema: { response: { 200: { type: 'object', properties: { text: { type: 'string' } } } } }
}, async () => ({ text: constant }))
app.get('/', async () => 'ready')

if (process.env.DATABASE) {
  const db = new Database(process.env.DATABASE, { readonly: true })
  const page = db.prepare('SELECT * FROM foods WHERE deleted_at IS NULL ORDER BY id LIMIT ? OFFSET ?')
  const total = db.prepare('SELECT COUNT(*) AS count FROM foods WHERE deleted_at IS NULL').pluck()

  const integer = { type: 'integer' }
  const string = { type: 'string' }
  const nullable = (type) => ({ type, nullable: true })
  const rule = {
    type: 'object',
    properties: { min: integer, max: integer, allowed: { type: 'array', nullable: true, items: integer } }
  }
  const food = {
    type: 'object',
    properties: {
      id: integer,
      name: string,
      description: string,
      price: integer,
      currency: string,
      image_url: nullable('string'),
      category: string,
      available_quantity: nullable('integer'),
      is_available: { type: 'boolean' },
      tags: { type: 'array', items: string },
      side_rules: { type: 'object', properties: { side_protein: rule, extra_side: rule } },
      rating: { type: 'object', properties: { average: nullable('number'), count: integer } },
      version: integer,
      created_at: string,
      updated_at: string
    }
  }
  const foods = {
    type: 'object',
    properties: {
      result: { type: 'array', items: food },
      count: integer,
      total_count: integer,
      limit: integer,
      offset: integer,
      next: nullable('string'),
      prev: nullable('string')
    }
  }
  const query = {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
      offset: { type: 'integer', minimum: 0, default: 0 }
    }
  }

  const shown = (row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    price: row.price,
    currency: 'NGN',
    image_url: row.image_url,
    category: row.category,
    available_quantity: row.available_quantity,
    is_available: row.is_available === 1,
    tags: JSON.parse(row.tags),
    side_rules: JSON.parse(row.side_rules),
    rating: { average: row.rating_count ? row.rating_total / row.rating_count : null, count: row.rating_count },
    version: row.version,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString()
  })

  app.get('/foods/', { schema: { querystring: query, response: { 200: foods } } }, async (request) => {
    const { limit, offset } = request.query
    const result = page.all(limit, offset).map(shown)
    const count = total.get()
    const link = (to) => `http://${request.headers.host}/foods/?limit=${limit}&offset=${to}`
    return {
      result,
      count: result.length,
      total_count: count,
      limit,
      offset,
      next: offset + limit < count ? link(offset + limit) : null,
      prev: offset > 0 ? link(Math.max(0, offset - limit)) : null
    }
  })
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
