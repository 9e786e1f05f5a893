-- Whether an update that failed was rolled back is written down when it ends. Those of before were where one had come through.
UPDATE service_updates SET result = 'ROLLED_BACK'
WHERE result = 'FAIL' AND cause <> '' AND EXISTS (
    SELECT 1 FROM service_updates AS former
    WHERE former.service_id = service_updates.service_id
      AND former.generation < service_updates.generation AND former.result = 'SUCCESS'
);
