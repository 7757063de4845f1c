-- The features of the map, in drawing order. The mart says what each one is, and this
-- query gives it colours. Score classes go from sand to dark red. Designated places have
-- a dark rim.
select
    layers.force_name,
    layers.area,
    layers.layer,
    '{"type":"Feature","properties":' || styles.style || ',' || layers.feature_body
    || '}' as feature
from marts.map_layers as layers
inner join
    (
        values
        ('neighbourhood', '{"fillColor":[0,0,0,0],"strokeColor":[122,136,150,70]}'),
        ('area', '{"fillColor":[0,0,0,0],"strokeColor":[23,50,77,210]}'),
        ('place 1', '{"fillColor":[247,214,148,220],"strokeColor":[200,160,90,160]}'),
        ('place 2', '{"fillColor":[240,178,98,220],"strokeColor":[200,140,70,160]}'),
        ('place 3', '{"fillColor":[226,127,66,225],"strokeColor":[190,100,50,160]}'),
        ('place 4', '{"fillColor":[201,74,45,230],"strokeColor":[170,60,35,160]}'),
        ('place 5', '{"fillColor":[138,26,20,235],"strokeColor":[120,20,15,160]}'),
        ('designated 1', '{"fillColor":[247,214,148,230],"strokeColor":[74,10,10,255]}'),
        ('designated 2', '{"fillColor":[240,178,98,230],"strokeColor":[74,10,10,255]}'),
        ('designated 3', '{"fillColor":[226,127,66,235],"strokeColor":[74,10,10,255]}'),
        ('designated 4', '{"fillColor":[201,74,45,240],"strokeColor":[74,10,10,255]}'),
        ('designated 5', '{"fillColor":[138,26,20,240],"strokeColor":[74,10,10,255]}')
    ) as styles (kind, style)
    on layers.kind = styles.kind
order by layers.layer, layers.score
